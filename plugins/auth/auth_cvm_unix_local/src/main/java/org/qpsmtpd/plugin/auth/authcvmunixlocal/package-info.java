/** The plugin auth/auth_cvm_unix_local. */
@NullMarked
package org.qpsmtpd.plugin.auth.authcvmunixlocal;

import org.jspecify.annotations.NullMarked;
