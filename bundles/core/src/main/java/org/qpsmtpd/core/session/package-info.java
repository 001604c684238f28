/** The state machine of a connection: verbs, replies, envelope, and the order of hooks. */
@NullMarked
package org.qpsmtpd.core.session;

import org.jspecify.annotations.NullMarked;
