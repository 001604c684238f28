@NullMarked
package org.qpsmtpd.mailauth.report;

import org.jspecify.annotations.NullMarked;
