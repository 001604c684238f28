@NullMarked
package org.qpsmtpd.plugin.rspamd;

import org.jspecify.annotations.NullMarked;
