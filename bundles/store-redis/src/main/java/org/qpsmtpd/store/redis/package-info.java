/** Stores on a Redis server, which several servers may share. */
@NullMarked
package org.qpsmtpd.store.redis;

import org.jspecify.annotations.NullMarked;
