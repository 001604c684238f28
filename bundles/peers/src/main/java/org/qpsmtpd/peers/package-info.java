@NullMarked
package org.qpsmtpd.peers;

import org.jspecify.annotations.NullMarked;
