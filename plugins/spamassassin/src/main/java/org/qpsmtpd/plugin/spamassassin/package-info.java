@NullMarked
package org.qpsmtpd.plugin.spamassassin;

import org.jspecify.annotations.NullMarked;
