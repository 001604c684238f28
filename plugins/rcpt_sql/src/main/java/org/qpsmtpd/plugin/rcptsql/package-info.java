/** The plugin rcpt_sql. */
@NullMarked
package org.qpsmtpd.plugin.rcptsql;

import org.jspecify.annotations.NullMarked;
