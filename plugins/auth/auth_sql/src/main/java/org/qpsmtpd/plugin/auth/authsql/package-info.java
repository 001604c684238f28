/** The plugin auth/auth_sql. */
@NullMarked
package org.qpsmtpd.plugin.auth.authsql;

import org.jspecify.annotations.NullMarked;
