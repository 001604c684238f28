@NullMarked
package org.qpsmtpd.mailauth.dnsjava;

import org.jspecify.annotations.NullMarked;
