@NullMarked
package org.qpsmtpd.runtime.felix.launch;

import org.jspecify.annotations.NullMarked;
