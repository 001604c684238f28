/** Whole sessions: the engine behind a socket, with plugins that are objects. */
@NullMarked
package org.qpsmtpd.core.dialogue;

import org.jspecify.annotations.NullMarked;
