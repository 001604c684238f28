/** Tests of the launcher. */
@NullMarked
package org.qpsmtpd.runtime.felix;

import org.jspecify.annotations.NullMarked;
