@NullMarked
package org.qpsmtpd.runtime.felix.socket;

import org.jspecify.annotations.NullMarked;
