@NullMarked
package org.qpsmtpd.mime;

import org.jspecify.annotations.NullMarked;
