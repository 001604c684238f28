@NullMarked
package org.qpsmtpd.mailauth.results;

import org.jspecify.annotations.NullMarked;
