@NullMarked
package org.qpsmtpd.mailauth.author;

import org.jspecify.annotations.NullMarked;
