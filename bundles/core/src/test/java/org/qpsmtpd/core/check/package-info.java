@NullMarked
package org.qpsmtpd.core.check;

import org.jspecify.annotations.NullMarked;
