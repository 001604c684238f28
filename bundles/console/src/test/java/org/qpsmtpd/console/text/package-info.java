@NullMarked
package org.qpsmtpd.console.text;

import org.jspecify.annotations.NullMarked;
