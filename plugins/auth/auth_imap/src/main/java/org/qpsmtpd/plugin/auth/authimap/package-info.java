/** The plugin auth/auth_imap. */
@NullMarked
package org.qpsmtpd.plugin.auth.authimap;

import org.jspecify.annotations.NullMarked;
