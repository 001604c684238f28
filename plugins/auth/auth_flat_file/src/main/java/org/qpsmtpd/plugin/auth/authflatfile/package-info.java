/** The plugin auth/auth_flat_file. */
@NullMarked
package org.qpsmtpd.plugin.auth.authflatfile;

import org.jspecify.annotations.NullMarked;
