@NullMarked
package org.qpsmtpd.runtime.felix.console;

import org.jspecify.annotations.NullMarked;
