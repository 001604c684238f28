@NullMarked
package org.qpsmtpd.console.socket;

import org.jspecify.annotations.NullMarked;
