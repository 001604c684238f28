/** The plugin auth/auth_ldap_bind. */
@NullMarked
package org.qpsmtpd.plugin.auth.authldapbind;

import org.jspecify.annotations.NullMarked;
