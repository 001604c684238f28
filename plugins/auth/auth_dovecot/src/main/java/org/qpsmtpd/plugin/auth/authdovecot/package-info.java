/** The plugin auth/auth_dovecot. */
@NullMarked
package org.qpsmtpd.plugin.auth.authdovecot;

import org.jspecify.annotations.NullMarked;
