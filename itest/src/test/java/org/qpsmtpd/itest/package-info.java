/**
 * Black-box tests of the distribution. Their harness is {@link org.qpsmtpd.itest.ServerUnderTest},
 * {@link org.qpsmtpd.itest.SmtpDialogue} and {@link org.qpsmtpd.itest.Maildir}.
 */
@NullMarked
package org.qpsmtpd.itest;

import org.jspecify.annotations.NullMarked;
