@NullMarked
package org.qpsmtpd.plugin.dspam;

import org.jspecify.annotations.NullMarked;
