@NullMarked
package org.qpsmtpd.mailauth;

import org.jspecify.annotations.NullMarked;
