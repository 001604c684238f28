@NullMarked
package org.qpsmtpd.mailauth.dmarc;

import org.jspecify.annotations.NullMarked;
