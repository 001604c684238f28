@NullMarked
package org.qpsmtpd.testkit;

import org.jspecify.annotations.NullMarked;
