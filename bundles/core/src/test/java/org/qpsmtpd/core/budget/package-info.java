@NullMarked
package org.qpsmtpd.core.budget;

import org.jspecify.annotations.NullMarked;
