@NullMarked
package org.qpsmtpd.runtime.felix.host;

import org.jspecify.annotations.NullMarked;
