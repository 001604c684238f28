/** The plugin sender_login. */
@NullMarked
package org.qpsmtpd.plugin.senderlogin;

import org.jspecify.annotations.NullMarked;
