/**
 * qpsmtpd's configuration directory: where a file is found, how it is read, and noticing that it
 * changed.
 */
@NullMarked
package org.qpsmtpd.core.config;

import org.jspecify.annotations.NullMarked;
