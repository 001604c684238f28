@NullMarked
package org.qpsmtpd.runtime.felix.home;

import org.jspecify.annotations.NullMarked;
