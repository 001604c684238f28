/** The plugin rcpt_ldap. */
@NullMarked
package org.qpsmtpd.plugin.rcptldap;

import org.jspecify.annotations.NullMarked;
