@NullMarked
package org.qpsmtpd.mailauth.spf;

import org.jspecify.annotations.NullMarked;
