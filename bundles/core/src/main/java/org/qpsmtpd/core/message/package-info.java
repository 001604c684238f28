/** A message in arrival: end of data, transparency, header fields, body store, trace fields. */
@NullMarked
package org.qpsmtpd.core.message;

import org.jspecify.annotations.NullMarked;
