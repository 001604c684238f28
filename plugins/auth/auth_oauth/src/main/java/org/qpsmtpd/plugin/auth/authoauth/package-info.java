/** The plugin auth/auth_oauth. */
@NullMarked
package org.qpsmtpd.plugin.auth.authoauth;

import org.jspecify.annotations.NullMarked;
