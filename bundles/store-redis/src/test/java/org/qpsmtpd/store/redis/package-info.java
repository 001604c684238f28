@NullMarked
package org.qpsmtpd.store.redis;

import org.jspecify.annotations.NullMarked;
