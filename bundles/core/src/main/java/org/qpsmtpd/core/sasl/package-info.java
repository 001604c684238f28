/** The mechanisms of authentication that the server has itself; they know nothing of SMTP. */
@NullMarked
package org.qpsmtpd.core.sasl;

import org.jspecify.annotations.NullMarked;
