@NullMarked
package org.qpsmtpd.plugin.virus.clamdscan;

import org.jspecify.annotations.NullMarked;
