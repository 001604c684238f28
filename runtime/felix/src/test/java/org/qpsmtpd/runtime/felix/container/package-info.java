@NullMarked
package org.qpsmtpd.runtime.felix.container;

import org.jspecify.annotations.NullMarked;
