@NullMarked
package org.qpsmtpd.deploy;

import org.jspecify.annotations.NullMarked;
