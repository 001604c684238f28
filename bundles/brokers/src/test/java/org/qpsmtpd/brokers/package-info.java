@NullMarked
package org.qpsmtpd.brokers;

import org.jspecify.annotations.NullMarked;
