@NullMarked
package org.qpsmtpd.sql;

import org.jspecify.annotations.NullMarked;
