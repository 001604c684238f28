/** The plugin rcpt_alias. */
@NullMarked
package org.qpsmtpd.plugin.rcptalias;

import org.jspecify.annotations.NullMarked;
