@NullMarked
package org.qpsmtpd.store;

import org.jspecify.annotations.NullMarked;
