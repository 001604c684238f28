/**
 * The server as one component: options, start, drain, and a new generation when something changed.
 */
@NullMarked
package org.qpsmtpd.core.server;

import org.jspecify.annotations.NullMarked;
