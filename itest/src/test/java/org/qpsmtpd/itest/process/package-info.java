/**
 * The server as a process: its options, signals, files and threads as another process sees them.
 */
@NullMarked
package org.qpsmtpd.itest.process;

import org.jspecify.annotations.NullMarked;
