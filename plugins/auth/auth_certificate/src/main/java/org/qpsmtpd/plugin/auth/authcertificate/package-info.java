/** The plugin auth/auth_certificate. */
@NullMarked
package org.qpsmtpd.plugin.auth.authcertificate;

import org.jspecify.annotations.NullMarked;
