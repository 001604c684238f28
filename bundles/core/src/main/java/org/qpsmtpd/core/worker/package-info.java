/** The children: threads that run hooks which may wait. */
@NullMarked
package org.qpsmtpd.core.worker;

import org.jspecify.annotations.NullMarked;
