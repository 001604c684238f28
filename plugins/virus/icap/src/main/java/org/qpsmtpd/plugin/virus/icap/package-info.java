@NullMarked
package org.qpsmtpd.plugin.virus.icap;

import org.jspecify.annotations.NullMarked;
