/** The plugin rcpt_list. */
@NullMarked
package org.qpsmtpd.plugin.rcptlist;

import org.jspecify.annotations.NullMarked;
